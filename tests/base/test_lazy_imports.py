import subprocess
import sys


def test_the_base_loads_without_the_heavy_libraries() -> None:
    code = (
        "import sys\n"
        "import surgesim.base.catalogue, surgesim.base.clock, surgesim.base.distributions, surgesim.base.hours\n"
        "import surgesim.base.streams, surgesim.base.units\n"
        "print([name for name in ('scipy', 'numba', 'holidays', 'matplotlib', 'pyomo', 'polars') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
