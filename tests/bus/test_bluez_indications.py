"""What lets the next indication go when nobody confirms the one before: by signal and by socket."""

import unittest

from simulation.world import Simulation
from stories.sockets import INDICATED, SERVICE, subscribe, ways
from stories.world import wait_until

ONE_HOUR = "[queue]\nrate = 0\nconfirm_timeout = 1h\n"
SHORT = "[queue]\nrate = 0\nconfirm_timeout = 100ms\n"
BY_SIGNAL = "[characteristic indicated]\nnotify_by = signal\n"


class Unconfirmed(unittest.TestCase):
    """One central is subscribed; it takes indications and confirms none."""

    way = ""

    def setUp(self):
        self.world = self.enterContext(Simulation("5.82"))

    def serve(self, queue):
        self.enterContext(self.world.spored.configured(queue + self.way, profile="sockets.conf"))
        self.peer = self.enterContext(self.world.peer())
        central = self.enterContext(self.world.central())
        central.connect(service=SERVICE)
        central.confirms(False)
        return central

    def set(self, *numbers):
        for number in numbers:
            self.peer.request("set", characteristic="indicated", value=number)

    def counters(self):
        return self.world.spored.counters("indicated")

    def assert_held(self, central):
        """The first alone has gone, and nothing that goes by itself follows."""
        for _ in range(20):
            central.read(INDICATED)
        self.assertEqual((self.counters()["sent"], self.counters()["pending"]), (1, 2))

    def wait_sent(self, count):
        counters = wait_until(lambda: (c := self.counters())["sent"] == count and c,
                              f"{count} are sent")
        self.assertEqual((counters["pending"], counters["confirmed"]), (0, 0))

    def test_after_its_time_the_next_one_goes(self):
        central = self.serve(SHORT)
        told = subscribe(central, INDICATED, indicate=True)
        self.set(1, 2, 3)
        self.wait_sent(3)
        self.assertEqual(told.get_indication(), b"\1\0")
        central.read(INDICATED)
        self.assertTrue(told.is_empty())

    def test_when_the_bonded_one_has_left_nothing_waits(self):
        central = self.serve(ONE_HOUR)
        central.bond()
        subscribe(central, INDICATED, indicate=True)
        self.set(1, 2, 3)
        self.assert_held(central)
        central.disconnect()
        # What waited has gone with its socket, or to nobody by the signal.
        wait_until(lambda: ways(self.world, "indicated") == [None] and
                   self.counters()["pending"] == 0, "the signal serves it, and nothing waits")
        gone = self.counters()["dropped"]["gone"]
        self.set(4, 5)
        self.wait_sent(5 - gone)

    def test_when_an_unbonded_one_has_left_nothing_is_left(self):
        central = self.serve(ONE_HOUR)
        subscribe(central, INDICATED, indicate=True)
        self.set(1, 2, 3)
        self.assert_held(central)
        central.disconnect()
        counters = wait_until(lambda: not (c := self.counters())["subscribed"] and c,
                              "nobody is subscribed")
        # By signal they may have gone to nobody.
        self.assertEqual(counters["sent"] + counters["dropped"]["gone"], 3)


class UnconfirmedBySignal(Unconfirmed):

    way = BY_SIGNAL


if __name__ == "__main__":
    unittest.main(verbosity=2)
