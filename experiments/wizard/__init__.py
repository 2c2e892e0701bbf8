"""Four steps to a sound experiment: goal, creatives, audience, launch.

Each step is a page that saves the draft. It asks for some fields of the plan and leaves the others
as they are; the summary beside it is the whole plan read back.
"""
