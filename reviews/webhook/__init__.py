"""What the code host tells us unasked: read, stored, answered, and then looked up where it is true."""
