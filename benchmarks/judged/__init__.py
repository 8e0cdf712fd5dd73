"""What `benchmarks.judge` is made of: incidents, sentences about them, drafts, figures."""
