OWNER = "incident-timeline"  # read by the start-up guard: another distribution may own this name
