"""The list of inputs. It is filled off the GUI thread and keeps the choice by name."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from leanviz.views.picker import Picker
from leanviz.views.plain import plain_tip

if TYPE_CHECKING:
    from leanviz.audio.devices import Device

DEFAULT = "Default input"
NO_CHOICE = ("", "")
LEAST_LETTERS, LETTERS = 8, 20


class DevicePicker(Picker):
    """Inputs as (host API, name); indices change from one start of PortAudio to the next."""

    chosen = Signal()
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._devices: list[Device] = []
        self._wanted = NO_CHOICE
        self.setAccessibleName("Input device")
        self.setMinimumContentsLength(LEAST_LETTERS)
        self.setSizeAdjustPolicy(Picker.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._fill()
        self.activated.connect(self._choose)

    @property
    def wanted(self) -> tuple[str, str]:
        """Host API and name of the chosen input; two empty strings for the default one."""
        return self._wanted

    @property
    def device(self) -> "Device | None":
        """The chosen input if it is there; None stands for the default one."""
        if not self._devices:  # as at the beginning, when nothing slow may be imported
            return None
        from leanviz.audio.devices import same

        return same(self._devices, self._wanted)

    @property
    def missing(self) -> bool:
        """Whether an input is chosen that is not there now."""
        return self._wanted != NO_CHOICE and self.device is None

    @property
    def channels(self) -> int:
        """How many channels the chosen input has; those of the default one where it is away."""
        default = next((device for device in self._devices if device.is_default), None)
        device = self.device or default
        return device.channels if device else 2

    @property
    def is_open(self) -> bool:
        """Whether the list is in sight."""
        return self.view().isVisible()

    def want(self, host_api: str, name: str) -> None:
        """Choose an input, whether it is there or not."""
        self._wanted = (host_api, name)
        self._fill()

    def show_devices(self, devices: "list[Device]") -> None:
        """List inputs; one that was chosen and is gone stays in the list and says so."""
        if devices != self._devices:
            self._devices = devices
            self._fill()

    def sizeHint(self) -> QSize:
        """Return room for a name of usual length; the picker makes do with half of it."""
        letters = (LETTERS - LEAST_LETTERS) * self.fontMetrics().horizontalAdvance("x")
        return super().sizeHint() + QSize(letters, 0)

    def minimumSizeHint(self) -> QSize:
        """Return room for a short name."""
        return super().sizeHint()

    def showPopup(self) -> None:
        """Ask for a fresh list before showing this one."""
        self.opened.emit()
        super().showPopup()

    def _fill(self) -> None:
        present = self.device
        entries = [(DEFAULT, NO_CHOICE)]
        entries += [(f"{d.name} \u00b7 {d.host_api}", d.key) for d in self._devices]
        if self.missing:
            entries.append((f"{self._wanted[1]} (not connected)", self._wanted))
        self.offer(entries, present.key if present else self._wanted)
        self.setToolTip(plain_tip(f"The input to listen to: {self.currentText()}"))

    def _choose(self, index: int) -> None:
        wanted = tuple(self.itemData(index))
        if wanted != self._wanted:
            self._wanted = wanted
            self._fill()
            self.chosen.emit()
