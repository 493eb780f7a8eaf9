"""The rule language: syntax, words, index, evaluation, explanation."""
