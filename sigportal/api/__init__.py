"""The public record for programs: read only, version 1 below /api/v1/; see docs/api.md."""
