using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent;

/// <summary>The codes of what an agent has to say of orders and calls; their sentences are in Core/Texts/LANGUAGE/agent.json.</summary>
internal static class AgentCodes
{
    /// <summary>An order that no agent can carry out, whatever the host's state.</summary>
    public const string AddressNotAllowed = "agent.address-not-allowed",
        BadRun = "agent.bad-run",
        BadSocketName = "agent.bad-socket-name",
        BadAcceptedName = "agent.bad-accepted-name",
        BadProgramName = "agent.bad-program-name",
        BadFilterName = "agent.bad-filter-name",
        BadPort = "agent.bad-port",
        TooManyPorts = "agent.too-many-ports",
        NoAddress = "agent.no-address",
        NoPeerPort = "agent.no-peer-port",
        BadBacklog = "agent.bad-backlog",
        BadLength = "agent.bad-length",
        TooManyOctets = "agent.too-many-octets",
        BadTimeout = "agent.bad-timeout",
        NoOption = "agent.no-option",
        NoValue = "agent.no-value",
        BadLinger = "agent.bad-linger",
        BadTimeval = "agent.bad-timeval",
        BadPair = "agent.bad-pair",
        UnknownCall = "agent.unknown-call",
        UnknownOrder = "agent.unknown-order",
        SysctlNotAllowed = "agent.sysctl-not-allowed",
        BadSysctlValue = "agent.bad-sysctl-value",
        BadFilter = "agent.bad-filter",
        BadFlags = "agent.bad-flags",
        BadCount = "agent.bad-count",
        BadDelay = "agent.bad-delay",
        BadCells = "agent.bad-cells";

    /// <summary>An order that cannot be carried out now.</summary>
    public const string NameInUse = "agent.name-in-use",
        NoSuchSocket = "agent.no-such-socket",
        TooManySockets = "agent.too-many-sockets",
        TooManyRuns = "agent.too-many-runs",
        SocketBusy = "agent.socket-busy",
        TooManyOrders = "agent.too-many-orders",
        Ending = AgentItem.Ending,
        Failed = "agent.failed",
        UidNotAllowed = "agent.uid-not-allowed",
        NoConnectionCame = "agent.no-connection-came",
        NothingCame = "agent.nothing-came";

    /// <summary>Connections of others that were counted and not told.</summary>
    public const string Foreign = "gap.foreign-at-agent";

    /// <summary>SOCK_DESTROY.</summary>
    public const string NotWatched = "agent.not-watched",
        NoDiag = "agent.no-diag",
        NoSuchTimeWait = "agent.no-such-time-wait",
        DiagFailed = "agent.diag-failed",
        NotTimeWait = "agent.not-time-wait",
        EndedBefore = "agent.ended-before",
        DestroyNotAllowed = "agent.destroy-not-allowed",
        NoDestroy = "agent.no-destroy",
        DestroyFailed = "agent.destroy-failed";

    /// <summary>Programs.</summary>
    public const string ChildNameInUse = "agent.child-name-in-use",
        TooManyChildren = "agent.too-many-children",
        ChildFailed = "agent.child-failed",
        ForkWithoutSockets = "agent.fork-without-sockets",
        ChildOnlyHolds = "agent.child-only-holds";

    /// <summary>Changes of the environment.</summary>
    public const string NotOwnNamespace = "agent.not-own-namespace",
        SysctlRefused = "agent.sysctl-refused",
        SysctlUnreadable = "agent.sysctl-unreadable",
        NoJournal = "agent.no-journal",
        NoJournalPlace = "agent.no-journal-place",
        NoNft = "agent.no-nft",
        NftRefused = "agent.nft-refused",
        NoNetem = "agent.no-netem",
        TcRefused = "agent.tc-refused",
        FilterNameInUse = "agent.filter-name-in-use",
        NoSuchFilter = "agent.no-such-filter",
        TooManyFilters = "agent.too-many-filters",
        OneDelay = "agent.one-delay",
        ToolMissing = "agent.tool-missing",
        ToolTooSlow = "agent.tool-too-slow",
        ToolFailed = "agent.tool-failed";

    /// <summary>Remarks on a call: the agent ended it at its limit, or because of something else; and the shutdown that did it.</summary>
    public const string NoReply = "remark.no-reply",
        EndedAtLimit = "remark.ended-at-limit",
        EndedWithRun = "remark.ended-with-run",
        EndedWithProgram = "remark.ended-with-program",
        EndedWithLink = "remark.ended-with-link",
        EndedWithAgent = "remark.ended-with-agent",
        AgentEnds = "remark.agent-ends",
        OptionWithoutName = "remark.option-without-name";

    /// <summary>What the agent itself says of the way to the dashboard.</summary>
    public const string OutboxDropped = "agent.outbox-dropped";
}
