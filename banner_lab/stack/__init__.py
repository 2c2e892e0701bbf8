"""The one-command stack: servers, web, data plane and workers, started, watched and stopped.

Nothing here imports Django: the supervisor must stay small, quick and alive when the code it
supervises cannot be imported.
"""
