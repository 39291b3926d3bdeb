"""How Numba builds the kernel: every function is written down once, and all of them are optimised together. Imports Numba.

Left to itself Numba optimises each function with all that it calls, makes machine code of it, and does both again in
each of its callers. Here functions inside the kernel are only written down; the function that Python calls gathers
them, and is optimised and turned into machine code with all of them in it.
"""

from typing import Any

from numba import _dynfunc
from numba.core import compiler
from numba.core.codegen import CPUCodeLibrary, JITCodeLibrary
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import InlineOverloads, NativeLowering, NopythonRewrites
from numba.core.untyped_passes import InlineClosureLikes

_NEEDLESS = (InlineClosureLikes, InlineOverloads, NopythonRewrites)
"""Passes for what the kernel does not have: closures, and sums of whole arrays."""


class _Part(CPUCodeLibrary):  # type: ignore[misc]
    """A function as it was written down, and the libraries of what it calls."""

    apart = False

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout
        for function in module.functions if self.apart else ():
            if not function.is_declaration:
                function.add_function_attribute("noinline")

    def finalize(self) -> None:
        """Leave it as it is."""
        self._finalized = True

    @property
    def parts(self) -> list[Any]:
        """Libraries of what it calls."""
        return list(self._linking_libraries)


class _Whole(JITCodeLibrary):  # type: ignore[misc]
    """A function that Python calls, with all that it calls."""

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        manager, builder = self._codegen._module_pass_manager()
        with self._recorded_timings.record("Module passes", builder):
            manager.run(self._final_module, builder)

    def add_linking_library(self, library: Any) -> None:
        """Add a library and all that it needs."""
        if library not in self._linking_libraries:
            super().add_linking_library(library)
            for part in library.parts if isinstance(library, _Part) else ():
                self.add_linking_library(part)


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):  # type: ignore[misc]
    """Writes a function down for its callers."""

    _name = "part_lowering"

    def run_pass(self, state: Any) -> bool:
        """Write it down, and let its callers know it."""
        library = state.library = _Part(state.targetctx.codegen(), state.func_id.func_qualname)
        library.apart = not state.flags.forceinline
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        name = lowered.fndesc.qualname
        entry = _dynfunc.make_function(lowered.fndesc.lookup_module(), name, "part of the kernel", 0, lowered.env, (library,))
        state.targetctx.insert_user_function(entry, lowered.fndesc, [library])
        state["cr"] = lowered._replace(cfunc=entry)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _WholeLowering(NativeLowering):  # type: ignore[misc]
    """Writes a function down and makes machine code of it."""

    _name = "whole_lowering"

    def run_pass(self, state: Any) -> bool:
        """Write it down and compile it."""
        state.library = _Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return bool(super().run_pass(state))


def _pipeline(state: Any, lowering: type) -> list[Any]:
    """Return Numba's passes, with another one that lowers."""
    manager = compiler.DefaultPassBuilder.define_nopython_pipeline(state)
    steps = [(step, text) for step, text in manager.passes if step not in _NEEDLESS]
    manager.passes = [(lowering if step is NativeLowering else step, text) for step, text in steps]
    manager._finalized = False
    manager.finalize()
    return [manager]


class Part(compiler.CompilerBase):  # type: ignore[misc]
    """Compiler of functions that only compiled code calls."""

    def define_pipelines(self) -> list[Any]:
        """Return its passes."""
        return _pipeline(self.state, _PartLowering)


class Whole(compiler.CompilerBase):  # type: ignore[misc]
    """Compiler of functions that Python calls."""

    def define_pipelines(self) -> list[Any]:
        """Return its passes."""
        return _pipeline(self.state, _WholeLowering)
