using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Options;
using Serilog.Events;
using Serilog.Filters;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>An address that the dashboard cannot listen on, in one line: of all programs this one should say best who holds a port.</summary>
internal static class StartFailure
{
    private static readonly Func<LogEvent, bool> OfHost = Matching.FromSource("Microsoft.Extensions.Hosting.Internal.Host");

    /// <summary>True for the host's own account of it, a stack trace, and of the services that end with it: the one line is told by the program.</summary>
    public static bool Is(LogEvent entry) => OfHost(entry) && entry.Exception is { } fault && (Is(fault) || fault is OperationCanceledException);

    /// <summary>True where an address could not be listened on, or a certificate not be used.</summary>
    public static bool Is(Exception fault) => IsOfListening(fault) || IsOfCertificate(fault);

    private static bool IsOfListening(Exception fault) => fault is SocketException || fault is IOException && fault.InnerException is AddressInUseException;

    // A file that holds no certificate, a wrong password, one without its key: who threw it says more than its type.
    private static bool IsOfCertificate(Exception fault) =>
        fault is CryptographicException
        || (
            fault is NotSupportedException or InvalidOperationException or ArgumentException
            && fault.Source is "System.Net.Security" or "System.Security.Cryptography" or "Microsoft.AspNetCore.Server.Kestrel.Core"
        );

    /// <param name="urls">What was to be listened on.</param>
    /// <param name="fault">What came of it.</param>
    public static Message Explain(IReadOnlyList<string> urls, Exception fault)
    {
        if (IsOfCertificate(fault))
            return Message.Of("start.no-certificate", ("url", string.Join(", ", urls.Where(ListenAddress.IsHttps))), ("text", fault.Message));
        if (fault is SocketException refused)
            return Message.Of("start.cannot-listen", ("url", string.Join(", ", urls)), ("text", refused.Message));
        return Taken(urls);
    }

    /// <summary>
    /// An address that is taken now, while who may see every process looks; null where none is. One that cannot be listened on for another reason is left to
    /// who will listen.
    /// </summary>
    public static Message? FindTaken(IReadOnlyList<string> urls)
    {
        foreach (TcpEndpoint wanted in urls.Select(Address).OfType<TcpEndpoint>())
        {
            using var trial = new Socket(wanted.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                trial.Bind(new IPEndPoint(wanted.Address, wanted.Port));
                trial.Listen();
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                return Taken(urls);
            }
            catch (SocketException)
            {
                continue;
            }
        }
        return null;
    }

    private static Message Taken(IReadOnlyList<string> urls)
    {
        foreach (string url in urls)
        {
            if (Address(url) is not { } wanted || PortListener.Find(wanted) is not { } listener)
                continue;
            return listener.Process is { } pid
                ? Message.Of("start.port-taken", ("url", url), ("local", listener.Local), ("program", listener.Program), ("pid", pid))
                : Message.Of("start.port-taken-by-user", ("url", url), ("local", listener.Local), ("uid", listener.Uid), ("port", wanted.Port));
        }
        return Message.Of("start.port-taken-unseen", ("url", string.Join(", ", urls)));
    }

    // A name other than an address, and *, are every address.
    private static TcpEndpoint? Address(string url) =>
        !ListenAddress.TryParse(url, out Uri? uri)
            ? null
            : TcpEndpoint.Of(
                uri!.IsLoopback && uri.HostNameType == UriHostNameType.Dns ? IPAddress.Loopback
                    : IPAddress.TryParse(uri.IdnHost, out IPAddress? address) ? address
                    : IPAddress.Any,
                uri.Port
            );
}
