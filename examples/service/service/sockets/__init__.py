"""WebSockets: a raw JSON channel and a Socket.IO server, both fed by the same news."""
