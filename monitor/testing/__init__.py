"""FakeWeb, FrozenClock, RecordingSender and a store on a temporary file: for our tests and for users'."""
