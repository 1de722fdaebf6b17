using System.Text;
using System.Text.Json;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Scenarios.Check;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>What came of reading a scenario.</summary>
/// <param name="Scenario">The scenario with everything it needs; null where it cannot be used.</param>
/// <param name="Faults">What is wrong, warnings among it.</param>
internal sealed record ScenarioReading(Scenario? Scenario, IReadOnlyList<ScenarioFault> Faults);

/// <summary>Reads and checks one scenario, from a file, from the API, or from a browser: all go the same way.</summary>
internal static class ScenarioReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads YAML, of which JSON is a part; faults have line and column.</summary>
    public static ScenarioReading ReadYaml(string text) => ReadYaml(text, null);

    private static ScenarioReading ReadYaml(string text, string? path)
    {
        var faults = new FaultList();
        int octets = Encoding.UTF8.GetByteCount(text);
        if (octets > Limits.MaxScenarioOctets)
        {
            faults.Add("", FaultCodes.FileTooLarge, ("octets", octets), ("most", Limits.MaxScenarioOctets));
            return new(null, faults.All);
        }
        return YamlNodes.Read(text, faults) is { } root ? Read(root, faults, path) : new(null, faults.All);
    }

    /// <summary>Reads JSON that was parsed already.</summary>
    public static ScenarioReading ReadJson(JsonElement json) => Read(JsonNodes.Of(json), new FaultList(), null);

    /// <summary>
    /// Checks a scenario that came as an object, through a hub: what has nulls where there may be none, or is no scenario at all, is told as of any other.
    /// </summary>
    public static ScenarioReading Check(Scenario scenario) => ReadJson(JsonSerializer.SerializeToElement(scenario, WireJson.Default.Scenario));

    /// <summary>Reads a file, which has to be named as its scenario; <see cref="ScenarioFault.File"/> is its path in every fault.</summary>
    public static ScenarioReading ReadFile(string path)
    {
        ScenarioReading read = ReadContent(path);
        return read with { Faults = [.. read.Faults.Select(f => f with { File = path })] };
    }

    private static ScenarioReading ReadContent(string path)
    {
        var faults = new FaultList();
        try
        {
            // The size is asked for before anything is read.
            using FileStream file = File.OpenRead(path);
            if (file.Length > Limits.MaxScenarioOctets)
            {
                faults.Add("", FaultCodes.FileTooLarge, ("octets", file.Length), ("most", Limits.MaxScenarioOctets));
                return new(null, faults.All);
            }
            byte[] octets = new byte[file.Length];
            int read = file.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            return ReadYaml(Strict.GetString(octets.AsSpan(0, read)).TrimStart('\uFEFF'), path);
        }
        catch (DecoderFallbackException)
        {
            faults.Add("", FaultCodes.NotUtf8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add("", FaultCodes.FileUnreadable, ("text", e.Message));
        }
        return new(null, faults.All);
    }

    private static ScenarioReading Read(ScenarioNode root, FaultList faults, string? path)
    {
        var binder = new ScenarioBinder(faults);
        Scenario? scenario = binder.Bind(root);
        if (scenario is not null && !binder.HasHoles)
        {
            ScenarioCheck.Check(scenario, faults);
            if (path is not null && scenario.Id != Path.GetFileNameWithoutExtension(path))
                faults.Add("id", FaultCodes.FileName, ("name", FaultList.Shown(scenario.Id)), ("file", Path.GetFileName(path)));
        }
        ScenarioFault[] placed = [.. faults.All.Where(f => !IsConsequence(f, faults)).Select(f => Placed(f, root))];
        return new(scenario is null || faults.HasErrors ? null : ImpliedNeeds.Complete(scenario), [.. placed.OrderBy(f => f.Line)]);
    }

    // "sokcet" is no field, and so "socket" is missing: one fault, not two.
    private static bool IsConsequence(ScenarioFault fault, FaultList faults) =>
        fault.Problem.Code is FaultCodes.ActionNeeds or FaultCodes.WaitNeeds
        && faults.All.Any(f =>
            f.Problem.Code is FaultCodes.UnknownField or FaultCodes.QuoteComma && f.Field.StartsWith(fault.Field + ".", StringComparison.Ordinal)
        );

    private static ScenarioFault Placed(ScenarioFault fault, ScenarioNode root)
    {
        if (fault.Line is not null || root.Line == 0)
            return fault;
        ScenarioNode at = root.At(fault.Field);
        return fault with { Line = at.Line, Column = at.Column };
    }
}
