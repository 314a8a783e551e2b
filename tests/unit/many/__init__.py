"""Many municipalities on one installation."""
