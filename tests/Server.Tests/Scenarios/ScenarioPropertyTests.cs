using System.Text;
using CsCheck;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>Good files, changed at random: whatever comes of it is a scenario or a sentence, never an exception.</summary>
public sealed class ScenarioPropertyTests
{
    private static readonly string[] Files = [.. Directory.GetFiles(Lessons.Directory, "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText)];

    private static readonly string[] Pieces =
    [
        "[",
        "]",
        "{",
        "}",
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        ",",
        "\"",
        "'",
        "&a ",
        "*a",
        "!t ",
        "|",
        ">",
        "#",
        "%",
        "?",
        "\t",
        "~",
        "null",
        "true",
        "-1",
        "99999999999999999999",
        "1e9",
        "\u0000",
        "\ud800",
        "é",
        "時",
        "do: close",
        "when: ",
        "result(",
        ")",
        "==",
        " and ",
        "not ",
        "id: ",
        "program: sv",
        "socket: lfd",
        "steps:",
        "{seconds}",
        "0x10",
        ".inf",
        "...",
        "---",
    ];

    private static readonly Gen<string> Changed = Gen.Select(
        Gen.Int[0, Files.Length - 1],
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 100_000], Gen.Int[0, 100_000], Gen.Int[0, Pieces.Length - 1]).Array[1, 6],
        (file, changes) =>
        {
            var text = new StringBuilder(Files[file]);
            foreach ((int kind, int a, int b, int piece) in changes)
            {
                int at = a % (text.Length + 1),
                    length = Math.Min(b % 40, text.Length - at);
                switch (kind)
                {
                    case 0:
                        text.Remove(at, length);
                        break;
                    case 1:
                        text.Insert(at, Pieces[piece]);
                        break;
                    case 2:
                        text.Remove(at, length).Insert(at, Pieces[piece]);
                        break;
                    case 3:
                        text.Insert(Math.Min(b % (text.Length + 1), text.Length), text.ToString(at, length));
                        break;
                    default:
                        Lines(text, a, b);
                        break;
                }
            }
            return text.ToString();
        }
    );

    [Fact]
    public void A_changed_file_is_a_scenario_or_sentences_with_a_place() =>
        Changed.Sample(
            text =>
            {
                ScenarioReading read = ScenarioReader.ReadYaml(text);
                Assert.Equal(read.Scenario is null, read.Faults.Any(f => !f.Warning));
                int lines = text.Count(c => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029') + 2;
                foreach (ScenarioFault fault in read.Faults)
                {
                    Lessons.AssertTold(fault);
                    if (fault.Problem.Code is not (FaultCodes.FileEmpty or FaultCodes.MoreFaults))
                        Assert.InRange(fault.Line ?? 0, 1, lines);
                }
                // What is taken can be written, read again, and is the same.
                if (read.Scenario is { } scenario)
                    Assert.NotNull(ScenarioReader.Check(scenario).Scenario);
            },
            iter: 3000
        );

    [Fact]
    public void A_condition_of_anything_never_throws() =>
        Gen.OneOf(
                Gen.String[Gen.Char[" ()=!<>,abs0-9.TIMEWAIT"], 0, 60],
                Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 12].Select(p => string.Concat(p))
            )
            .Sample(
                text =>
                {
                    Condition condition = Condition.Of(text);
                    if (condition.Fault is { } fault)
                        Assert.True(TextCatalog.English.Has(fault.Code));
                    Assert.Equal(condition.Fault is not null, !condition.Operands.Any());
                },
                iter: 3000
            );

    private static void Lines(StringBuilder text, int a, int b)
    {
        List<string> lines = [.. text.ToString().Split('\n')];
        string moved = lines[a % lines.Count];
        lines.RemoveAt(a % lines.Count);
        lines.Insert(b % (lines.Count + 1), moved);
        text.Clear().AppendJoin('\n', lines);
    }
}
