using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The attempts to bind again, each with its reason from the facts of the log.</summary>
internal static class Rebinds
{
    public static IReadOnlyList<RebindAttempt> Of(IReadOnlyList<CallEvent> calls, IReadOnlySet<string> lessons, SocketHistory history, int port)
    {
        var attempts = new List<RebindAttempt>();
        foreach (IGrouping<(string?, int), CallEvent> made in calls.Where(c => c.Step is { } s && lessons.Contains(s)).GroupBy(c => (c.Step, c.Attempt)))
        {
            CallEvent? bind = made.LastOrDefault(c => c.Call == "bind");
            if (bind?.Host is not { } host)
                continue;
            CallEvent deciding = bind.Succeeded ? made.LastOrDefault(c => c.Call == "listen" && c.Seq > bind.Seq) ?? bind : bind;
            var options = ReuseOptions.Before(calls, bind.Seq);
            bool own = options.Of(host, bind.Socket) ?? false;
            SocketNow? other = history.At(host, bind.T).Where(s => s.Local.Port == port).OrderBy(Rank).FirstOrDefault();
            bool? others = other is null ? null : options.OfRow(host, other);
            attempts.Add(new(made.Key.Item2, deciding, bind, bind.T + bind.Duration, Why(deciding, other, own, others), other, others, own));
        }
        return attempts;
    }

    private static RebindReason Why(CallEvent deciding, SocketNow? other, bool own, bool? others) => deciding.Errno switch
    {
        null when other is null => RebindReason.NothingInTheWay,
        null => RebindReason.BothHaveOption,
        "EACCES" => RebindReason.Privileged,
        "EADDRINUSE" when other is null => RebindReason.NothingSeen,
        "EADDRINUSE" when other.State == TcpState.Listen => RebindReason.Listener,
        "EADDRINUSE" when own && others == true => RebindReason.Unexplained,
        "EADDRINUSE" => RebindReason.OptionMissing,
        _ => RebindReason.Other,
    };

    /// <summary>A listener cannot be bound over at all; TIME-WAIT is what the lesson is about.</summary>
    private static int Rank(SocketNow socket) => socket.State switch { TcpState.Listen => 0, TcpState.TimeWait => 1, _ => 2 };
}
