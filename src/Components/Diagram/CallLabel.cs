using System.Globalization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>A call as the diagram writes it: the call and what it gave. <see cref="StraceLine"/> writes all of it.</summary>
/// <param name="Call"><c>bind(0.0.0.0:11111)</c>.</param>
/// <param name="Result"><c> = 0</c> or <c> = EADDRINUSE</c>.</param>
public sealed record CallLabel(string Call, string Result, bool Failed)
{
    /// <summary>The whole line.</summary>
    public string Text => Call + Result;

    /// <summary>The longest form that fits.</summary>
    public static CallLabel Of(CallEvent e, double width, TextMetrics text)
    {
        string result = e.Succeeded ? string.Create(CultureInfo.InvariantCulture, $" = {e.Result}") : $" = {e.Errno}";
        foreach (string arguments in Arguments(e))
        {
            var label = new CallLabel($"{e.Call}({arguments})", result, !e.Succeeded);
            if (text.Mono(label.Text) <= width)
                return label;
        }
        return new CallLabel($"{e.Call}()", text.Mono($"{e.Call}(){result}") <= width ? result : "", !e.Succeeded);
    }

    private static IEnumerable<string> Arguments(CallEvent e)
    {
        CallArguments a = e.Args;
        switch (e.Call)
        {
            case "socket" when a.Family == SocketFamily.Inet6:
                yield return "AF_INET6";
                break;
            case "bind" or "connect" when ((e is { Call: "bind", Succeeded: true } ? e.Local : null) ?? a.Address ?? e.Remote) is { } address:
                yield return address.ToString();
                yield return string.Create(CultureInfo.InvariantCulture, $":{address.Port}");
                break;
            case "listen" or "close" or "shutdown":
                yield return StraceLine.Arguments(e);
                break;
            case "setsockopt" or "getsockopt" when a.Option is { } option:
                string? value = a.Value is { } v ? Short(v) : null;
                if (value is not null)
                    yield return $"{option}, {value}";
                yield return value is not null && e.Call == "getsockopt" ? $"…, {value}" : option.ToString();
                break;
            case "SOCK_DESTROY":
                yield return TcpState.TimeWait.Name();
                break;
            case "read" or "write" or "recv" or "send" or "accept4" or "getsockname" when a.Fd is { } fd:
                if (a.Octets is { Length: > 0 })
                    yield return StraceLine.Arguments(e);
                yield return fd.ToString(CultureInfo.InvariantCulture);
                break;
        }
    }

    private static string Short(OptionValue value) =>
        value switch
        {
            { Number: { } number } => string.Create(CultureInfo.InvariantCulture, $"[{number}]"),
            { On: { } on } => string.Create(CultureInfo.InvariantCulture, $"{{{(on ? 1 : 0)}, {value.Seconds}}}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{value.Milliseconds} ms"),
        };
}
