using System.Diagnostics;
using System.Text;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Server.Scenarios;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>Files that are small and want to become large, deep or slow, and files that are no scenario at all.</summary>
public sealed class HostileFileTests
{
    [Fact]
    public void A_YAML_bomb_is_refused_before_anything_is_made_of_it()
    {
        var bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x]\n");
        for (char c = 'b'; c <= 'k'; c++)
            bomb.Append($"{c}: &{c} [{string.Join(',', Enumerable.Repeat($"*{(char)(c - 1)}", 9))}]\n");
        ScenarioFault fault = Single(bomb.ToString(), FaultCodes.Alias);
        Assert.Equal(1, fault.Line);
        Single("id: x\nsteps: *all\n", FaultCodes.Alias);
        Single("<<: *all\n", FaultCodes.Alias);
        Single("id: &x y\n", FaultCodes.Alias);
        Single("&k id: y\n", FaultCodes.Key);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void What_is_nested_twenty_thousand_times_is_refused_at_the_eleventh(string open)
    {
        long before = Stopwatch.GetTimestamp();
        IReadOnlyList<ScenarioFault> faults = Lessons.Faults(
            "id: " + (open == "? " || open == "- " ? "\n" : "") + string.Concat(Enumerable.Repeat(open, 20_000))
        );
        Assert.Contains(Assert.Single(faults).Problem.Code, (string[])[FaultCodes.TooDeep, FaultCodes.Key, FaultCodes.Syntax]);
        Assert.True(Stopwatch.GetElapsedTime(before) < TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("", FaultCodes.FileEmpty)]
    [InlineData("# nothing\n", FaultCodes.FileEmpty)]
    [InlineData("---\n", FaultCodes.NotMap)]
    [InlineData("just words", FaultCodes.NotMap)]
    [InlineData("- a\n- b\n", FaultCodes.NotMap)]
    [InlineData("id: x\n---\nid: y\n", FaultCodes.Documents)]
    [InlineData("id: !!binary aGVsbG8=\n", FaultCodes.Tag)]
    [InlineData("id: !ruby/object:X y\n", FaultCodes.Tag)]
    [InlineData("? [a, b]\n: c\n", FaultCodes.Key)]
    [InlineData("id: \"\\q\"\n", FaultCodes.Syntax)]
    [InlineData("id: [a\n", FaultCodes.Syntax)]
    [InlineData("steps:\n\t- a\n", FaultCodes.Syntax)]
    [InlineData("a:\n  - { do: sdo: close\n  - { do: socket }\n", FaultCodes.SyntaxHere)]
    [InlineData("%YAML 9.9\n---\nid: a\n", FaultCodes.Syntax)]
    [InlineData("id: x\nsteps:\n  - id: a\n   title: b\n", FaultCodes.Syntax)]
    public void What_is_no_scenario_is_told(string yaml, string code) => Single(yaml, code);

    [Fact]
    public void A_file_of_10_MB_is_refused_unread_and_one_that_is_not_UTF_8_is_told()
    {
        using var directory = new TemporaryDirectory();
        string large = Path.Combine(directory.Path, "large.yaml"),
            odd = Path.Combine(directory.Path, "odd.yaml"),
            marked = Path.Combine(directory.Path, "without-reuseaddr.yaml");
        using (FileStream file = File.Create(large))
            file.SetLength(10 * 1024 * 1024);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ScenarioFault fault = Assert.Single(ScenarioReader.ReadFile(large).Faults);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1024 * 1024);
        Assert.Equal((FaultCodes.FileTooLarge, large), (fault.Problem.Code, fault.File));
        File.WriteAllBytes(odd, [.. "id: "u8, 0xff, 0xfe]);
        Assert.Equal(FaultCodes.NotUtf8, Assert.Single(ScenarioReader.ReadFile(odd).Faults).Problem.Code);
        File.WriteAllText(marked, Lessons.Article, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.NotNull(ScenarioReader.ReadFile(marked).Scenario);
        Assert.Equal(FaultCodes.FileUnreadable, Assert.Single(ScenarioReader.ReadFile(Path.Combine(directory.Path, "gone.yaml")).Faults).Problem.Code);
    }

    [Fact]
    public void Thousands_of_faults_are_counted_not_told()
    {
        IReadOnlyList<ScenarioFault> faults = Lessons.Faults(Lessons.With("order: 1", string.Concat(Enumerable.Range(0, 5000).Select(i => $"x{i}: 1\n"))));
        Assert.Equal(51, faults.Count);
        Assert.Contains(faults, f => f.Problem.Code == FaultCodes.MoreFaults && f.Problem["count"] == "4950");
    }

    private static ScenarioFault Single(string yaml, string code)
    {
        ScenarioReading read = ScenarioReader.ReadYaml(yaml);
        Assert.Null(read.Scenario);
        ScenarioFault fault = Assert.Single(read.Faults);
        Assert.Equal(code, fault.Problem.Code);
        Lessons.AssertTold(fault);
        return fault;
    }
}
