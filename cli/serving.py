"""Commands that serve the application and do its background work."""

import tempfile

import click
import waitress

from cli.opening import archive
from cli.output import note
from store.errors import RefusedError
from store.logs import log_to_stderr
from worker.runner import Worker


@click.command()
@click.option("--no-worker", is_flag=True, help="Leave the background work to `candour worker`.")
@click.option("--threads", type=click.IntRange(1, 64), default=8)
def serve(no_worker: bool, threads: int) -> None:
    """Serve the application, with a worker inside."""
    from web.app import LARGEST_UPLOAD, create_app

    log_to_stderr()
    with archive() as opened:
        settings = opened.settings
        # What is uploaded waits inside the data folder, which its owner alone can read, never in a shared one.
        tempfile.tempdir = str(opened.files.spool)
        worker = None if no_worker else Worker(opened)
        application = create_app(opened)
        try:
            server = waitress.create_server(
                application,
                host=settings.host,
                port=settings.port,
                threads=threads,
                ident=None,
                # The application believes a proxy only on loopback, and needs its word that it spoke https.
                clear_untrusted_proxy_headers=False,
                max_request_body_size=LARGEST_UPLOAD,
            )
        except OSError as error:
            raise RefusedError(
                f"Nothing is served because {settings.host}:{settings.port} is taken or not this machine's: "
                "stop the other program, or set CANDOUR_PORT."
            ) from error
        if worker:
            worker.start()
        note(f"Candour is at {settings.url} (Ctrl-C stops it).")
        try:
            server.run()
        except KeyboardInterrupt:
            note("Stopping.")
        finally:
            if worker:
                worker.stop()
            server.close()


@click.command()
@click.option("--once", is_flag=True, help="Do what waits now, then stop.")
def worker(once: bool) -> None:
    """Work on jobs without serving."""
    log_to_stderr()
    with archive() as opened:
        working = Worker(opened)
        if once:
            while working.work_once():
                pass
            return
        note("The worker is at work (Ctrl-C stops it).")
        working.run()
