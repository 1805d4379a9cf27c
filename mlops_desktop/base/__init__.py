"""The words that everyone uses: errors, jobs, parameters, components and their families."""
