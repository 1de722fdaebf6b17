using System.Text;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Matrix;

public sealed class MatrixFileTests
{
    private static readonly MatrixFile Every = Of(MatrixCell.All.Select(c => new MatrixResult(c, MatrixRule.Of(c).Answer)));

    [Fact]
    public void A_file_is_read_back_as_it_was_written()
    {
        MatrixFile some = Every with
        {
            Results =
            [
                .. Every.Results.Take(20),
                new(MatrixCell.All[30], null, Message.Of("matrix.untried.call", ("call", "socket"), ("errno", "EAFNOSUPPORT"))),
            ],
        };
        foreach (MatrixFile file in (MatrixFile[])[Every, some, Every with { Results = [] }])
        {
            MatrixFile? read = MatrixFile.Read(file.ToJson(), out Message? fault);
            Assert.Null(fault);
            Assert.Equal(
                (file.At, file.Host.Kernel, file.Host.Os, file.Host.Uid, file.Host.Agent),
                (read!.At, read.Host.Kernel, read.Host.Os, read.Host.Uid, read.Host.Agent)
            );
            Assert.Equal(file.Host.Sysctls, read.Host.Sysctls);
            Assert.Equal(file.Results, read.Results);
        }
        Assert.InRange(Every.ToJson().Length, 1, MatrixFile.MaxOctets / 4);
    }

    [Fact]
    public void What_the_file_says_of_the_rule_is_not_believed()
    {
        string json = Encoding.UTF8.GetString((Every with { Results = [Every.Results[0]] }).ToJson());
        string lied = json.Replace("\"rule\":\"ok\"", "\"rule\":\"bind EADDRINUSE\"", StringComparison.Ordinal);
        Assert.NotEqual(json, lied);
        Assert.Equal(MatrixAnswer.Ok, Assert.Single(MatrixFile.Read(Encoding.UTF8.GetBytes(lied), out _)!.Results).Rule);
    }

    [Theory]
    [InlineData("", "matrix.file-broken-at")]
    [InlineData("null", "matrix.file-broken")]
    [InlineData("[]", "matrix.file-broken-at")]
    [InlineData("{}", "matrix.file-broken-at")]
    [InlineData("""{"format":"reuseaddr-run/2"}""", "matrix.file-broken-at")]
    [InlineData(
        """{"format":"reuseaddr-matrix/2","at":"2026-01-01T00:00:00Z","host":{"kernel":"6","os":"x","agent":"1","sysctls":{}},"results":[]}""",
        "matrix.file-format"
    )]
    [InlineData("""{"format":"reuseaddr-matrix/1","at":"2026-01-01T00:00:00Z","host":null,"results":[]}""", "matrix.file-broken")]
    [InlineData(
        """{"format":"reuseaddr-matrix/1","at":"2026-01-01T00:00:00Z","host":{"kernel":"6\n7","os":"x","agent":"1","sysctls":{}},"results":[]}""",
        "matrix.file-broken"
    )]
    [InlineData(
        """{"format":"reuseaddr-matrix/1","at":"2026-01-01T00:00:00Z","host":{"kernel":"6","os":"x","agent":"1","sysctls":{}},"results":[null]}""",
        "matrix.file-broken"
    )]
    [InlineData(
        """{"format":"reuseaddr-matrix/1","at":"2026-01-01T00:00:00Z","host":{"kernel":"6","os":"x","agent":"1","sysctls":{}},"results":[{"cell":"listen/v4/v4/ra/ra"}]}""",
        "matrix.file-broken"
    )]
    [InlineData(
        """{"format":"reuseaddr-matrix/1","at":"2026-01-01T00:00:00Z","host":{"kernel":"6","os":"x","agent":"1","sysctls":{}},"results":[{"cell":"listen/v4/v4/ra/x","kernel":"ok"}]}""",
        "matrix.file-broken-at"
    )]
    [InlineData(
        """{"format":"reuseaddr-matrix/1","at":"2026-01-01T00:00:00Z","host":{"kernel":"6","os":"x","agent":"1","sysctls":{}},"results":[{"cell":"listen/v4/v4/ra/ra","kernel":"<b>"}]}""",
        "matrix.file-broken-at"
    )]
    [InlineData(
        """{"format":"reuseaddr-matrix/1","at":"2026-01-01T00:00:00Z","host":{"kernel":"6","os":"x","agent":"1","sysctls":{}},"results":[{"cell":"listen/v4/v4/ra/ra","kernel":"ok"},{"cell":"listen/v4/v4/ra/ra","kernel":"ok"}]}""",
        "matrix.file-twice"
    )]
    public void What_is_no_matrix_is_refused_and_the_sentence_says_what_to_do(string json, string code)
    {
        Assert.Null(MatrixFile.Read(Encoding.UTF8.GetBytes(json), out Message? fault));
        Assert.Equal(code, fault!.Code);
        Assert.DoesNotContain('{', TextCatalog.English[fault]);
    }

    [Fact]
    public void Octets_that_are_no_text_and_files_beyond_their_bounds_are_refused()
    {
        Assert.Null(MatrixFile.Read(new byte[] { 0xff, 0xfe, 0 }, out Message? fault));
        Assert.StartsWith("matrix.file-broken", fault!.Code, StringComparison.Ordinal);
        Assert.Null(MatrixFile.Read(new byte[MatrixFile.MaxOctets + 1], out fault));
        Assert.Equal("matrix.file-too-large", fault!.Code);
        byte[] deep = Encoding.UTF8.GetBytes(new string('[', 100));
        Assert.Null(MatrixFile.Read(deep, out fault));
        MatrixFile many = Every with
        {
            Host = Every.Host with { Sysctls = Enumerable.Range(0, MatrixHost.MaxSysctls + 1).ToDictionary(i => $"s{i}", _ => (string?)"1") },
        };
        Assert.Null(MatrixFile.Read(many.ToJson(), out fault));
    }

    [Fact]
    public void Csv_has_a_line_for_each_cell_and_names_the_kernel_the_sysctls_and_the_date()
    {
        MatrixResult wrong = new(MatrixCell.All[^1], new(PortCall.Bind, "EINVAL"));
        string[] lines = MatrixExport.Csv(Of([.. Every.Results.Take(3), wrong])).Split("\r\n");
        Assert.Equal(
            ["# kernel: 6.18.0", "# os: Debian", "# date: 2026-11-27T04:00:00Z", "# uid: 7", "# agent: 0.1.0", "# net.ipv4.tcp_tw_reuse: 2"],
            lines[..6]
        );
        Assert.Equal(
            "left,first_address,second_address,first_so_reuseaddr,first_so_reuseport,second_so_reuseaddr,second_so_reuseport,kernel,rule,matches",
            lines[6]
        );
        Assert.Equal("nothing,v4,v4,0,0,0,0,ok,ok,yes", lines[7]);
        Assert.Equal("time-wait,mapped,mapped,1,1,1,1,bind EINVAL,ok,no", lines[10]);
        Assert.Equal(["", 12], (object[])[lines[11], lines.Length]);
    }

    [Theory]
    [InlineData("en", "Cells tried: 1792. Cells in which the kernel differs from the rule: 0.")]
    [InlineData("ja", "試したセル：1792。カーネルが規則と異なるセル：0。")]
    public void Markdown_has_a_table_for_each_pair_and_state(string language, string count)
    {
        string text = MatrixExport.Markdown(Every, TextCatalog.For(language));
        Assert.Contains(count, text, StringComparison.Ordinal);
        Assert.Equal(16 * 7, text.Split("|---|---|---|---|---|").Length - 1);
        Assert.Contains("| none | bind EADDRINUSE | bind EADDRINUSE | bind EADDRINUSE | bind EADDRINUSE |", text, StringComparison.Ordinal);
        Assert.Contains("- kernel: `6.18.0`", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_matrices_are_compared_where_both_were_tried()
    {
        MatrixCell one = MatrixCell.Basic[0],
            two = MatrixCell.Basic[1],
            three = MatrixCell.Basic[2];
        MatrixAnswer inUse = new(PortCall.Bind, "EADDRINUSE");
        var compared = MatrixComparison.Of(
            [new(one, inUse), new(two, inUse), new(three, null, new("matrix.untried.no-port"))],
            [new(two, MatrixAnswer.Ok), new(one, inUse), new(three, inUse)]
        );
        Assert.Equal(2, compared.Compared);
        Assert.Equal(new(two, inUse, MatrixAnswer.Ok), Assert.Single(compared.Differences));
    }

    private static MatrixFile Of(IEnumerable<MatrixResult> results) =>
        new()
        {
            Format = MatrixFile.CurrentFormat,
            At = new(2026, 11, 27, 4, 0, 0, TimeSpan.Zero),
            Results = [.. results],
            Host = new()
            {
                Kernel = "6.18.0",
                Os = "Debian",
                Agent = "0.1.0",
                Uid = 7,
                Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_tw_reuse"] = "2" },
            },
        };
}
