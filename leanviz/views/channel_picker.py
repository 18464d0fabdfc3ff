"""Which channel of the input is heard."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from leanviz.core.channels import MIX, channel_name
from leanviz.views.picker import Picker

LEAST_CHANNELS = 2


class ChannelPicker(Picker):
    """The mix, or one of the channels that the input has.

    A channel that is wanted and not there is kept for when it is; until then the mix is heard.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted, self._channels = MIX, LEAST_CHANNELS
        self.setAccessibleName("Input channel")
        self.setToolTip("The channel to listen to")
        self.setSizeAdjustPolicy(Picker.SizeAdjustPolicy.AdjustToContents)
        self._fill()
        self.activated.connect(self._choose)

    @property
    def wanted(self) -> int:
        """What was chosen, whether the input has it or not: 0 for the mix, or a channel from 1."""
        return self._wanted

    @property
    def channel(self) -> int:
        """What is to be heard: 0 for the mix, or a channel from 1 on."""
        return self._wanted if self._wanted <= self._channels else MIX

    def want(self, channel: int) -> None:
        """Choose a channel."""
        self._wanted = max(MIX, channel)
        self._fill()

    def show_channels(self, count: int) -> None:
        """Offer the channels of an input that has `count`."""
        if count != self._channels:
            self._channels = count
            self._fill()

    def _fill(self) -> None:
        numbers = range(self._channels + 1)
        self.offer([(channel_name(n).capitalize(), n) for n in numbers], self.channel)
        self.setEnabled(self._channels > 1)

    def _choose(self, index: int) -> None:
        if self.itemData(index) != self._wanted:
            self._wanted = self.itemData(index)
            self.chosen.emit()
