"""Foreign files are decoded elsewhere: in a child process with little memory and little time.

The web and worker processes look at the first bytes of a file and hand it over; what comes back are
files that our own encoders wrote, and measurements. A file that takes its decoder down takes down a
process that held nothing else.
"""

from creatives.decoding.parent import Lost, cut, decode
from creatives.decoding.protocol import Cut, Made, Refusal, Target

__all__ = ["Cut", "Lost", "Made", "Refusal", "Target", "cut", "decode"]
