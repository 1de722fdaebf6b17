using System.Text.Json;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Reads the body of POST /api/labs/{lab}/matrix: a set, or cells by name.</summary>
internal static class MatrixBody
{
    public const string Example = """{"set": "basic"}""";

    public static (TryCells? Request, IReadOnlyList<ProblemError> Errors) Read(JsonElement root)
    {
        var errors = new List<ProblemError>();
        BodyFields.OnlyOf(root, ["set", "cells"], errors);
        JsonElement? set = BodyFields.Value(root, "set"),
            cells = BodyFields.Value(root, "cells");
        CellSet? named = set is { ValueKind: JsonValueKind.String } text
            ? text.GetString() switch
            {
                "basic" => CellSet.Basic,
                "all" => CellSet.All,
                _ => null,
            }
            : null;
        List<MatrixCell>? list = cells is { } given ? Cells(given) : null;
        if (set is null == cells is null || set is not null && named is null)
            errors.Add(ProblemError.Of("set", Message.Of(EdgeCodes.CellSet)));
        else if (cells is not null && list is null)
            errors.Add(ProblemError.Of("cells", Message.Of(EdgeCodes.Cells, ("most", TryCells.MaxNamed))));
        return (errors.Count == 0 ? new() { Set = named, Cells = list } : null, errors);
    }

    private static List<MatrixCell>? Cells(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() is 0 or > TryCells.MaxNamed)
            return null;
        var cells = new List<MatrixCell>();
        foreach (JsonElement one in given.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.String || !MatrixCell.TryParse(one.GetString(), out MatrixCell cell))
                return null;
            cells.Add(cell);
        }
        return cells;
    }
}
