using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>A socket option's value as setsockopt and getsockopt pass it: int, struct linger or struct timeval.</summary>
internal static unsafe class OptionBuffer
{
    /// <summary>Room for any of them.</summary>
    public const int MaxSize = 16;

    public static uint Size(OptionKind kind) =>
        kind switch
        {
            OptionKind.Linger => (uint)sizeof(Linger),
            OptionKind.Timeval => (uint)sizeof(TimeVal),
            _ => sizeof(int),
        };

    /// <summary>Writes the value; <paramref name="buffer"/> has <see cref="MaxSize"/> octets.</summary>
    public static uint Write(OptionKind kind, OptionValue value, byte* buffer)
    {
        switch (kind)
        {
            case OptionKind.Linger:
                *(Linger*)buffer = new Linger { OnOff = value.On == false ? 0 : 1, Seconds = value.Seconds ?? 0 };
                break;
            case OptionKind.Timeval:
                long ms = value.Milliseconds ?? 0;
                *(TimeVal*)buffer = new TimeVal { Seconds = ms / 1000, Microseconds = ms % 1000 * 1000 };
                break;
            default:
                *(int*)buffer = value.Number ?? 0;
                break;
        }
        return Size(kind);
    }

    /// <summary>Reads a value of <paramref name="length"/> octets; null where that is another size than the option's kind has.</summary>
    public static OptionValue? Read(OptionKind kind, byte* buffer, uint length) =>
        length != Size(kind)
            ? null
            : kind switch
            {
                OptionKind.Linger => OptionValue.Linger(((Linger*)buffer)->OnOff != 0, ((Linger*)buffer)->Seconds),
                OptionKind.Timeval => OptionValue.Timeval(((TimeVal*)buffer)->Seconds * 1000 + ((TimeVal*)buffer)->Microseconds / 1000),
                _ => OptionValue.Of(*(int*)buffer),
            };
}
