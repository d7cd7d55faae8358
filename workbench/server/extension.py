"""The service as an extension of Jupyter Server."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp

from workbench.server.mounted import mounted
from workbench.server.service import Service
from workbench.studio import studio

__all__ = ["WorkbenchServer"]


class WorkbenchServer(ExtensionApp):
    """Mounts the service under the base URL of a Jupyter Server."""

    name = "workbench"
    extension_url = "/api/docs"
    load_other_extensions = True
    service: Service

    def initialize_settings(self) -> None:
        """Open what requests are answered from."""
        self.service = Service(studio())

    def initialize_handlers(self) -> None:
        """Mount the routes; Jupyter Server puts its base URL before them."""
        base_url = self.serverapp.base_url if self.serverapp else "/"
        self.handlers.extend(mounted(self.service, base_url))

    async def stop_extension(self) -> None:
        """Leave nothing running when the server stops."""
        self.service.close()
