"""The imperative shell: it reads the review folder, calls the core, and saves what the core returns."""
