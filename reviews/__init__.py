"""Mirror of issues and pull requests, and the public record of their review."""
