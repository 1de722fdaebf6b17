using System.Globalization;
using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>A call as the diagram writes it: the call and what it gave.</summary>
/// <param name="Call"><c>bind(0.0.0.0:11111)</c>.</param>
/// <param name="Result"><c> = 0</c> or <c> = EADDRINUSE</c>.</param>
public sealed record CallLabel(string Call, string Result, bool Failed)
{
    public string Text => Call + Result;

    /// <summary>strace's line, for the tooltip and for a screen reader.</summary>
    public static string Full(CallEvent e) => e.Succeeded
        ? $"{e.Call}({e.Args}) = {e.Result.ToString(CultureInfo.InvariantCulture)}"
        : $"{e.Call}({e.Args}) = {e.Result.ToString(CultureInfo.InvariantCulture)} {e.Errno} ({e.ErrnoText})";

    /// <summary>The longest form that fits.</summary>
    public static CallLabel Of(CallEvent e, double width, TextMetrics text)
    {
        string result = e.Succeeded ? $" = {ResultText(e)}" : $" = {e.Errno}";
        foreach (string arguments in Arguments(e))
        {
            var label = new CallLabel($"{e.Call}({arguments})", result, !e.Succeeded);
            if (text.Mono(label.Text) <= width)
                return label;
        }
        return new CallLabel($"{e.Call}()", text.Mono($"{e.Call}(){result}") <= width ? result : "", !e.Succeeded);
    }

    private static string ResultText(CallEvent e) => e.Result.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Arguments(CallEvent e)
    {
        switch (e.Call)
        {
            case "bind" when e.Local is { } local && e.Succeeded:
                yield return local.ToString();
                yield return $":{local.Port}";
                break;
            case "bind" or "connect" when Sockaddr(e.Args) is var (address, port):
                yield return address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
                yield return $":{port}";
                break;
            case "connect" when e.Remote is { } remote:
                yield return remote.ToString();
                yield return $":{remote.Port}";
                break;
            case "listen" or "close" or "shutdown":
                yield return e.Args;
                break;
            case "setsockopt" or "getsockopt" when Option(e.Args) is { } option:
                yield return option;
                yield return e.Call == "getsockopt" && option.IndexOf(',') is > 0 and var comma ? "…" + option[comma..] : option.Split(',')[0];
                break;
            case "SOCK_DESTROY":
                yield return "TIME-WAIT";
                break;
            case "read" or "write" when First(e.Args) is { } fd:
                yield return fd;
                break;
            case "accept4" when First(e.Args) is { } listener:
                yield return listener;
                break;
        }
    }

    /// <summary>Address and port of strace's <c>{sa_family=AF_INET, sin_port=htons(11111), sin_addr=inet_addr("0.0.0.0")}</c>.</summary>
    private static (string Address, string Port)? Sockaddr(string args) =>
        Between(args, "htons(", ")") is { } port && (Between(args, "inet_addr(\"", "\"") ?? Between(args, "inet_pton(AF_INET6, \"", "\"")) is { } address
            ? (address, port) : null;

    private static string? Option(string args)
    {
        int name = args.IndexOf("SO_", StringComparison.Ordinal);
        if (name < 0)
            return null;
        string rest = args[name..];
        int end = rest.IndexOf(']', StringComparison.Ordinal);
        return end > 0 ? rest[..(end + 1)] : rest.Split(',')[0];
    }

    private static string? First(string args) => args.IndexOf(',', StringComparison.Ordinal) is > 0 and var comma ? args[..comma] : args.Length > 0 ? args : null;

    private static string? Between(string text, string before, string after)
    {
        int start = text.IndexOf(before, StringComparison.Ordinal);
        if (start < 0)
            return null;
        start += before.Length;
        int end = text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? null : text[start..end];
    }
}
