"""A TLS server that answers every HTTP/2 request with one status line of its own, however wrong.

    http2_server.py CERTIFICATE KEY STATUS

Prints its port. HTTP/2 libraries refuse to send such a status, so the frames are made here (RFC 9113, RFC 7541). It ends
with its standard input."""
import os
import socket
import ssl
import struct
import sys
import threading


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def read(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def answer(connection, status):
    try:
        with context.wrap_socket(connection, server_side=True) as secure:
            read(secure, 24)
            secure.sendall(frame(4, 0, 0, b""))
            while True:
                head = read(secure, 9)
                kind, flags = head[3], head[4]
                stream = struct.unpack(">I", head[5:])[0]
                read(secure, int.from_bytes(head[:3], "big"))
                if kind == 4 and not flags & 1:
                    secure.sendall(frame(4, 1, 0, b""))
                if kind == 1:
                    # A literal field without indexing whose name is entry 8 of the static table, `:status`.
                    block = bytes([0x08, len(status)]) + status
                    secure.sendall(frame(1, 0x5, stream, block))
    except (EOFError, OSError):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
context.set_alpn_protocols(["h2"])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)


def serve():
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection, sys.argv[3].encode()), daemon=True).start()


threading.Thread(target=serve, daemon=True).start()
sys.stdin.read()
os._exit(0)
