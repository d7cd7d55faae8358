"""Rooms of conversations over Socket.IO: who types, what is said, how an answer comes.

============  ==============================================================
`Sockets`     the Socket.IO server: who comes in, and what their events do
`Rooms`       tells rooms what happens, whoever made it happen
`Turns`       lets one at a time do something, in the order of their coming
============  ==============================================================
"""

from workbench.server.sockets.rooms import Rooms
from workbench.server.sockets.server import Sockets
from workbench.server.sockets.turns import Turns

__all__ = ["Rooms", "Sockets", "Turns"]
