"""The public record as plain files: written for a git repository, read back into an empty portal."""
