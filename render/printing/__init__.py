"""The draft for other readers than a forge: HTML, PDF, AsciiDoc and Confluence's storage format."""
