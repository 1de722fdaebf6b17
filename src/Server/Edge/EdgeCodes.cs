namespace ReuseAddrDashboard.Server.Edge;

/// <summary>What the edge refuses, as codes of the texts' catalogue (<c>edge.json</c>).</summary>
internal static class EdgeCodes
{
    /// <summary>Of addresses and methods.</summary>
    public const string NotFound = "edge.not-found",
        Method = "edge.method",
        UnknownLab = "edge.unknown-lab",
        UnknownRun = "edge.unknown-run",
        UnknownScenario = "edge.unknown-scenario",
        NotRecorded = "replay.not-recorded",
        Unreadable = "edge.run-unreadable",
        RunOpen = "edge.run-open";

    /// <summary>Of queries.</summary>
    public const string UnknownHost = "edge.unknown-host",
        UnknownPort = "edge.unknown-port",
        Moment = "edge.moment",
        Picture = "edge.picture",
        NoCapture = "edge.no-capture",
        LessonName = "edge.lesson-name",
        NoLesson = "edge.no-lesson",
        Limit = "edge.limit",
        RunId = "edge.run-id",
        RunIds = "edge.run-ids",
        BeforeOrAfter = "edge.before-or-after",
        SearchText = "edge.search-text";

    /// <summary>Of bodies.</summary>
    public const string BodyMissing = "edge.body-missing",
        YamlMissing = "edge.yaml-missing",
        NotJson = "edge.not-json",
        NotObject = "edge.not-object",
        NotText = "edge.not-text",
        TooLarge = "edge.too-large",
        Body = "edge.body",
        UnknownField = "edge.unknown-field",
        ScenarioOrScript = "edge.scenario-or-script",
        ScenarioName = "edge.scenario-name",
        Script = "edge.script",
        Whole = "edge.whole",
        Switch = "edge.switch",
        Values = "edge.values",
        Value = "edge.value",
        Ports = "edge.ports",
        Media = "edge.media",
        Choice = "edge.choice",
        Note = "edge.note",
        NoteOrKept = "edge.note-or-kept",
        CellSet = "edge.cell-set",
        Cells = "edge.cells";

    /// <summary>Of matrices.</summary>
    public const string NoMatrix = "edge.no-matrix",
        UnknownKernel = "edge.unknown-kernel";

    /// <summary>Of capture files.</summary>
    public const string UnknownCapture = "edge.unknown-capture",
        UnknownConnection = "edge.unknown-connection",
        CaptureTooLarge = "edge.capture-too-large",
        CaptureMissing = "edge.capture-missing",
        CapturesBusy = "edge.captures-busy",
        CaptureRoom = "edge.capture-room",
        Offset = "edge.offset",
        Closed = "edge.closed",
        CaptureText = "edge.capture-text",
        CaptureName = "edge.capture-name";

    /// <summary>Of requests as such.</summary>
    public const string Host = "edge.host",
        Origin = "edge.origin",
        Malformed = "edge.malformed",
        Unavailable = "edge.unavailable",
        Fault = "edge.fault",
        Refused = "edge.refused";
}
