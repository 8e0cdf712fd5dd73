"""Claims: what people's prose says of facts, and whether the facts that it cites agree."""
