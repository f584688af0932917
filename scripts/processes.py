"""honcho with more patience than its own five seconds: a worker may end the job it has in hand."""

import honcho.manager
from honcho.command import main

STOP_TIMEOUT_S = 15

if __name__ == "__main__":
    honcho.manager.KILL_WAIT = STOP_TIMEOUT_S
    main()
