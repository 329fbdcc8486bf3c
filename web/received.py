"""What a request brings: files too large for memory lie on the disk while it lasts, and not a moment longer."""

from typing import IO

from flask import Request


class TidyRequest(Request):
    """A request that closes every file it began to receive, those of a form it then refused included."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Somewhere to keep a file while it is received; closed with the request."""
        stream = super()._get_file_stream(total_content_length, content_type, filename, content_length)
        self.__dict__.setdefault("_received", []).append(stream)
        return stream

    def close(self) -> None:
        """Nothing of what was received is left open, nor on the disk."""
        super().close()
        for stream in self.__dict__.get("_received", ()):
            stream.close()
