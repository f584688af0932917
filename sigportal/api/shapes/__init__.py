"""What the API answers with, one module a subject: typed, so that the OpenAPI document follows from it."""
