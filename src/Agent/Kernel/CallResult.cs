using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>A system call that was made.</summary>
/// <param name="Call">Its name in C.</param>
/// <param name="Args">Its arguments.</param>
/// <param name="Result">What it returned; -1 on failure.</param>
/// <param name="Errno">The error's number; 0 on success.</param>
/// <param name="Start">CLOCK_MONOTONIC just before it, in nanoseconds.</param>
/// <param name="Duration">Nanoseconds until it returned.</param>
internal readonly record struct CallResult(string Call, CallArguments Args, long Result, int Errno, long Start, long Duration)
{
    public bool Succeeded => Errno == 0;
}
