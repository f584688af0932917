"""What people are told: an outbox in the database, texts made when sent, mail and chat channels."""
