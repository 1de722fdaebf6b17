using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

/// <summary>
/// What runs change in the host's own network namespace. Every change is in the journal before it is made, and is undone at its run's end, at the agent's end,
/// or at the next start of an agent in
/// the namespace. One thread at a time.
/// </summary>
/// <param name="journal">Null where nothing may be changed: the namespace is not the lab's own.</param>
/// <param name="device">The host's interface.</param>
/// <param name="tell">Takes the events.</param>
internal sealed class RunChanges(Journal? journal, Func<string> device, Action<RunEvent, Cause> tell)
{
    private readonly record struct Filter(string Run, string Name, string What);

    private readonly PacketFilters _filters = new();
    private readonly Delay _delay = new();
    private readonly List<Filter> _open = [];

    /// <summary>Undoes what an agent before this one left behind: it was killed.</summary>
    public void UndoLeft()
    {
        foreach (JournalEntry entry in journal?.Entries.Reverse().ToArray() ?? [])
            Undo(entry, null, told: false);
    }

    /// <returns>Null when it is set; else why not.</returns>
    public Message? Set(SysctlOrder order)
    {
        if (journal is null)
            return new Message(AgentCodes.NotOwnNamespace);
        if (SysctlFile.Read(order.Name) is not { } before)
            return Message.Of(AgentCodes.SysctlUnreadable, ("name", order.Name));
        var entry = new JournalEntry(order.Run!, ChangeKind.Sysctl, order.Name, before);
        bool first = !journal.Entries.Any(e => e.Kind == ChangeKind.Sysctl && e.Run == order.Run && e.Name == order.Name);
        if (first && Enter(entry) is { } noJournal)
            return noJournal;
        KernelRefusal? refusal = SysctlFile.Write(order.Name, order.Value);
        if (refusal is not null && first)
            journal.Remove(entry);
        Message? reason = refusal is null
            ? null
            : Message.Of(AgentCodes.SysctlRefused, ("name", order.Name), ("value", order.Value), ("text", Errno.Text(refusal.Errno)));
        Tell(
            "sysctl",
            order.Name,
            reason is null ? EnvironmentChange.Made : EnvironmentChange.Refused,
            new Cause(order.Run, order.Id),
            value: SysctlFile.Read(order.Name),
            before: before,
            reason: reason
        );
        return reason;
    }

    /// <returns>Null when it is as asked; else why not.</returns>
    public Message? Make(FilterOrder order)
    {
        if (journal is null)
            return new Message(AgentCodes.NotOwnNamespace);
        bool named = _open.Any(f => f.Run == order.Run && f.Name == order.Name);
        return order.What == "pass"
            ? named
                ? Pass(order)
                : Message.Of(AgentCodes.NoSuchFilter, ("name", order.Name))
            : named
                ? Message.Of(AgentCodes.FilterNameInUse, ("name", order.Name))
                : _open.Count(f => f.Run == order.Run) >= Limits.MaxFilters
                    ? Message.Of(AgentCodes.TooManyFilters, ("most", Limits.MaxFilters))
                    : order.What == "delay"
                        ? DelayNow(order)
                        : FilterNow(order);
    }

    /// <summary>Undoes everything of these runs, the last first.</summary>
    public void Undo(Func<string, bool> wanted, long? order)
    {
        foreach (Filter filter in _open.Where(f => wanted(f.Run) && f.What != "delay").Reverse().ToArray())
            End(filter, order);
        foreach (JournalEntry entry in journal?.Entries.Where(e => wanted(e.Run)).Reverse().ToArray() ?? [])
            Undo(entry, order, told: true);
    }

    private Message? FilterNow(FilterOrder order)
    {
        string table = PacketFilters.Table(order.Run!);
        if (!journal!.Entries.Any(e => e.Kind == ChangeKind.Table && e.Name == table))
        {
            var entry = new JournalEntry(order.Run!, ChangeKind.Table, table, null);
            if (Enter(entry) is { } noJournal)
                return noJournal;
            if (_filters.AddTable(table) is { Trouble: { } noTable })
            {
                journal.Remove(entry);
                return Refuse(order, Because(AgentCodes.NoNft, noTable));
            }
        }
        if (_filters.Add(table, order) is { Trouble: { } trouble })
            return Refuse(order, Because(AgentCodes.NftRefused, trouble));
        _open.Add(new(order.Run!, order.Name, order.What));
        Tell(order.What, order.Name, EnvironmentChange.Made, new(order.Run, order.Id), value: PacketFilters.Shown(order));
        return null;
    }

    private Message? DelayNow(FilterOrder order)
    {
        if (_open.Any(f => f.What == "delay"))
            return new Message(AgentCodes.OneDelay);
        string at = device();
        var entry = new JournalEntry(order.Run!, ChangeKind.Qdisc, at, null);
        if (Enter(entry) is { } noJournal)
            return noJournal;
        if (_delay.Add(at, order.Port, order.DelayMs) is { Trouble: { } trouble })
        {
            _ = _delay.Remove(at);
            journal!.Remove(entry);
            return Refuse(order, Delay.IsMissing(trouble) ? new Message(AgentCodes.NoNetem) : Because(AgentCodes.TcRefused, trouble));
        }
        _open.Add(new(order.Run!, order.Name, order.What));
        Tell(order.What, order.Name, EnvironmentChange.Made, new(order.Run, order.Id), value: "tc " + Delay.Commands(at, order.Port, order.DelayMs)[2]);
        return null;
    }

    private Message? Pass(FilterOrder order)
    {
        Filter filter = _open.First(f => f.Run == order.Run && f.Name == order.Name);
        if (filter.What == "delay")
            Undo(journal!.Entries.First(e => e.Kind == ChangeKind.Qdisc && e.Run == order.Run), order.Id, told: true);
        else
            End(filter, order.Id);
        return null;
    }

    private void End(Filter filter, long? order)
    {
        long? met = _filters.Remove(PacketFilters.Table(filter.Run), filter.Name);
        _open.Remove(filter);
        Tell(filter.What, filter.Name, EnvironmentChange.Undone, new(filter.Run, order), met: met);
    }

    private void Undo(JournalEntry entry, long? order, bool told)
    {
        switch (entry.Kind)
        {
            case ChangeKind.Table:
                if (_filters.DeleteTable(entry.Name).Succeeded || !_filters.HasTable(entry.Name))
                    journal!.Remove(entry);
                break;
            case ChangeKind.Qdisc:
                _ = _delay.Remove(entry.Name);
                journal!.Remove(entry);
                if (_open.FirstOrDefault(f => f.Run == entry.Run && f.What == "delay") is { Name: { } name } filter)
                {
                    _open.Remove(filter);
                    Tell("delay", name, EnvironmentChange.Undone, new(entry.Run, order));
                }
                break;
            default:
                Undo(
                    entry,
                    order,
                    told,
                    journal!.Entries.SkipWhile(e => e != entry).Skip(1).FirstOrDefault(e => e.Kind == ChangeKind.Sysctl && e.Name == entry.Name)
                );
                break;
        }
    }

    // Another run has set it since: its value stays, and goes back to what was before this run.
    private void Undo(JournalEntry entry, long? order, bool told, JournalEntry? later)
    {
        if (later is not null)
        {
            journal!.Remove(entry, (later, later with { Before = entry.Before }));
            return;
        }
        string? now = SysctlFile.Read(entry.Name);
        KernelRefusal? refusal = SysctlFile.Write(entry.Name, entry.Before ?? "");
        if (refusal is null)
            journal!.Remove(entry);
        if (told)
        {
            Tell(
                "sysctl",
                entry.Name,
                refusal is null ? EnvironmentChange.Undone : EnvironmentChange.Refused,
                new(entry.Run, order),
                value: SysctlFile.Read(entry.Name),
                before: now,
                reason: refusal is null
                    ? null
                    : Message.Of(AgentCodes.SysctlRefused, ("name", entry.Name), ("value", entry.Before), ("text", Errno.Text(refusal.Errno)))
            );
        }
    }

    private Message? Enter(JournalEntry entry)
    {
        try
        {
            journal!.Add(entry);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is NoJournalPlaceException ? new Message(AgentCodes.NoJournalPlace) : Message.Of(AgentCodes.NoJournal, ("text", e.Message));
        }
    }

    /// <summary>What a tool said, in a sentence on what it was to do; what kept it from saying anything is one by itself.</summary>
    private static Message Because(string code, Message trouble) => trouble.Code == Message.Verbatim ? Message.Of(code, ("text", trouble["text"])) : trouble;

    private Message Refuse(FilterOrder order, Message reason)
    {
        Tell(order.What, order.Name, EnvironmentChange.Refused, new(order.Run, order.Id), reason: reason);
        return reason;
    }

    private void Tell(
        string what,
        string name,
        EnvironmentChange change,
        Cause cause,
        string? value = null,
        string? before = null,
        long? met = null,
        Message? reason = null
    ) =>
        tell(
            new EnvironmentEvent
            {
                T = KernelClock.Monotonic(),
                Source = EvidenceSource.Agent,
                What = what,
                Name = name,
                Change = change,
                Value = value,
                Before = before,
                Met = met,
                Reason = reason,
            },
            cause
        );
}
