using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What would make a call succeed, in words that name the sockets of the run.</summary>
internal static class VerdictRemedies
{
    public static IReadOnlyList<Message> Explain(VerdictMessages.Told told) =>
        told.Main is not { } main ? [] : [.. told.Verdict.Remedies.Select(r => Explain(r, main.Socket, told))];

    private static Message Explain(BindRemedy remedy, PortSocket socket, VerdictMessages.Told told)
    {
        PortOccupant? of = told.Find(socket);
        bool several = told.Verdict.Obstacles.Count > 1;
        return remedy switch
        {
            BindRemedy.CandidateReuseAddr => Message.Of("verdict.cure.candidate", ("option", "SO_REUSEADDR")),
            BindRemedy.OtherReuseAddr => Other("verdict.cure.other", "SO_REUSEADDR", of, of?.ReuseAddrFrom, several),
            BindRemedy.BothReuseAddr => Other("verdict.cure.both", "SO_REUSEADDR", of, of?.ReuseAddrFrom, several),
            BindRemedy.CandidateReusePort => Message.Of("verdict.cure.candidate", ("option", "SO_REUSEPORT")),
            BindRemedy.OtherReusePort => Other("verdict.cure.other", "SO_REUSEPORT", of, of?.ReusePortFrom, several),
            BindRemedy.BothReusePort => Other("verdict.cure.both-port", "SO_REUSEPORT", of, of?.ReusePortFrom, several),
            BindRemedy.SameUser => new("verdict.cure.same-user"),
            BindRemedy.CandidateV6Only => new("verdict.cure.candidate-v6only"),
            BindRemedy.CloseListener => Close("verdict.cure.close-listener", of, socket),
            BindRemedy.CloseOther => Close("verdict.cure.close-other", of, socket),
            BindRemedy.WaitForOrphan => new("verdict.cure.wait-for-orphan"),
            _ => told.Verdict.Obstacles.Select(o => told.Find(o.Socket)?.Ends).Max() is { } ends && ends > told.At && !told.Past
                ? Message.Of("verdict.cure.wait-for-time-wait-left", ("left", ends - told.At))
                : new("verdict.cure.wait-for-time-wait"),
        };
    }

    // On which socket of the other side: the listener whose children inherit, or the socket itself.
    private static Message Other(string code, string option, PortOccupant? of, OptionOrigin? from, bool several) =>
        Message.Of(
            (of, from) switch
            {
                _ when several => $"{code}.several",
                (null or { Name: null, Use: not PortUse.NotAccepted }, _) => $"{code}.stranger",
                (_, OptionOrigin.Own) or ({ Listener: null }, _) => $"{code}.socket",
                _ => $"{code}.listener",
            },
            ("option", option),
            ("socket", of?.Name),
            ("listener", of?.Listener),
            ("program", of?.Program)
        );

    private static Message Close(string code, PortOccupant? of, PortSocket socket) =>
        of is { Name: { } name, Program: { } program }
            ? Message.Of($"{code}.program", ("socket", name), ("program", program))
            : Message.Of($"{code}.stranger", ("ends", VerdictSockets.Ends(socket)));
}
