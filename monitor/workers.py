"""To come with the frame."""
