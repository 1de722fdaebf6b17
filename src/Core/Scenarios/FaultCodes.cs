namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>What can be wrong with a scenario, as codes of the texts' catalogue; conditions have codes of their own (<see cref="Condition.Fault"/>).</summary>
public static class FaultCodes
{
    /// <summary>Of the file and its syntax.</summary>
    public const string FileTooLarge = "scenario.file-too-large",
        FileUnreadable = "scenario.file-unreadable",
        FileEmpty = "scenario.file-empty",
        FileName = "scenario.file-name",
        NotUtf8 = "scenario.not-utf8",
        TooManyFiles = "scenario.too-many-files",
        DirectoryUnreadable = "scenario.directory-unreadable",
        NoScenarios = "scenario.no-scenarios",
        DuplicateScenario = "scenario.duplicate-scenario",
        Syntax = "scenario.syntax",
        SyntaxHere = "scenario.syntax-here",
        Alias = "scenario.alias",
        Tag = "scenario.tag",
        TooDeep = "scenario.too-deep",
        Documents = "scenario.documents",
        Key = "scenario.key",
        DuplicateKey = "scenario.duplicate-key",
        MoreFaults = "scenario.more-faults";

    /// <summary>Of a field's shape.</summary>
    public const string UnknownField = "scenario.unknown-field",
        QuoteComma = "scenario.quote-comma",
        MissingField = "scenario.missing-field",
        NotText = "scenario.not-text",
        NotList = "scenario.not-list",
        NotMap = "scenario.not-map",
        NotNumber = "scenario.not-number",
        NotSwitch = "scenario.not-switch",
        NotScalar = "scenario.not-scalar",
        NotWord = "scenario.not-word",
        Range = "scenario.range",
        TooLong = "scenario.too-long",
        ControlCharacter = "scenario.control-character",
        Empty = "scenario.empty",
        TooMany = "scenario.too-many",
        TooFew = "scenario.too-few",
        English = "scenario.english",
        Language = "scenario.language";

    /// <summary>Of names.</summary>
    public const string IdShape = "scenario.id-shape",
        IdTwice = "scenario.id-twice",
        ValueIdShape = "scenario.value-id-shape",
        ChoiceShape = "scenario.choice-shape",
        SocketShape = "scenario.socket-shape",
        HostShape = "scenario.host-shape",
        FilterShape = "scenario.filter-shape",
        UnknownValue = "scenario.unknown-value",
        UnknownPort = "scenario.unknown-port",
        UnknownProgram = "scenario.unknown-program",
        UnknownHost = "scenario.unknown-host",
        UnknownStep = "scenario.unknown-step",
        UnknownCall = "scenario.unknown-call",
        UnknownResult = "scenario.unknown-result",
        UnknownSocket = "scenario.unknown-socket",
        UnknownExplanation = "scenario.unknown-explanation",
        UnknownPlace = "scenario.unknown-place",
        UnknownFilter = "scenario.unknown-filter",
        DidYouMean = "scenario.did-you-mean";

    /// <summary>Of values and ports.</summary>
    public const string ValueField = "scenario.value-field",
        ValueNeeds = "scenario.value-needs",
        ValueNotAllowed = "scenario.value-not-allowed",
        PortTwice = "scenario.port-twice";

    /// <summary>Of actions.</summary>
    public const string ActionField = "scenario.action-field",
        ActionNeeds = "scenario.action-needs",
        WaitField = "scenario.wait-field",
        WaitNeeds = "scenario.wait-needs",
        Address = "scenario.address",
        AddressForeign = "scenario.address-foreign",
        AddressFamily = "scenario.address-family",
        PortZero = "scenario.port-zero",
        Option = "scenario.option",
        OptionByNumber = "scenario.option-by-number",
        OnlyLinger = "scenario.only-linger",
        State = "scenario.state",
        Flags = "scenario.flags",
        Sysctl = "scenario.sysctl",
        SysctlValue = "scenario.sysctl-value",
        TextOrLength = "scenario.text-or-length",
        Whole = "scenario.whole";

    /// <summary>Of the order of actions.</summary>
    public const string SocketNotMade = "scenario.socket-not-made",
        SocketClosed = "scenario.socket-closed",
        SocketOfOther = "scenario.socket-of-other",
        NotStarted = "scenario.not-started",
        HasEnded = "scenario.has-ended",
        ChildCalls = "scenario.child-calls",
        ChildIsParent = "scenario.child-is-parent",
        ChildHost = "scenario.child-host",
        ChildStarts = "scenario.child-starts",
        NothingWaits = "scenario.nothing-waits",
        NoFilter = "scenario.no-filter",
        NothingDecides = "scenario.nothing-decides";

    /// <summary>Of conditions that can be read and yet say nothing.</summary>
    public const string ConditionWord = "condition.word",
        ConditionNever = "condition.never",
        ConditionAlone = "condition.alone",
        ConditionOrder = "condition.order",
        ConditionErrno = "condition.errno";
}
