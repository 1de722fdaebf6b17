using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>The body of a change of a stored run.</summary>
internal static class RunMarkBody
{
    internal const string Example = """{"note": "Shown in the course of 26 November", "kept": true}""";

    internal static (RunMark?, IReadOnlyList<ProblemError>) Read(JsonElement root)
    {
        var errors = new List<ProblemError>();
        BodyFields.OnlyOf(root, ["note", "kept"], errors);
        string? note = null;
        if (BodyFields.Value(root, "note") is { } said)
        {
            note = said.ValueKind == JsonValueKind.String ? said.GetString()!.ReplaceLineEndings("\n").Trim() : null;
            if (note is null || note.Length > RunSummary.MaxNote || note.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
                errors.Add(ProblemError.Of("note", Message.Of(EdgeCodes.Note, ("most", RunSummary.MaxNote))));
        }
        bool? kept = BodyFields.Switch(root, "kept", errors);
        if (errors.Count == 0 && note is null && kept is null)
            errors.Add(ProblemError.Of("", new Message(EdgeCodes.NoteOrKept)));
        return (new() { Note = note, Kept = kept }, errors);
    }
}
