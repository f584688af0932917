"""The sample SIG of `make run`: a real structure, an invented and clearly marked history."""
