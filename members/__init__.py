"""SIGs, repositories, people, roles and how roles change."""
