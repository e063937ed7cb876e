"""Grid worlds: text files in, finite worlds out."""
