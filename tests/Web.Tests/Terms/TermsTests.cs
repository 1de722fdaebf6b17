using System.Text.RegularExpressions;
using ReuseAddrDashboard.Components.Terms;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Terms;

/// <summary>The names that the page explains.</summary>
public sealed partial class TermsTests
{
    [Theory]
    [InlineData("TIME-WAIT holds the port; SO_REUSEADDR does not end TIME-WAIT.", "TIME-WAIT,SO_REUSEADDR")]
    [InlineData("先に閉じた側がTIME-WAITになります。", "TIME-WAIT")]
    [InlineData("net.ipv4.tcp_fin_timeout is 60; NOTATERM and my_SYN are none.", "tcp_fin_timeout")]
    [InlineData("ESTAB and SYN-RECV as ss has them", "ESTAB,SYN-RECV")]
    [InlineData("", "")]
    public void Terms_are_found_once_each_and_nothing_of_the_text_is_lost(string text, string terms)
    {
        IReadOnlyList<TextPart> parts = Components.Terms.Terms.In(text, new PageTexts());
        Assert.Equal(text, string.Concat(parts.Select(p => p.Whole)));
        Assert.Equal(terms, Names(parts));
    }

    [Fact]
    public void A_term_keeps_the_punctuation_beside_it_on_its_line()
    {
        IReadOnlyList<TextPart> parts = Components.Terms.Terms.In("A port (TIME-WAIT), left by RST. 状態「LISTEN」。", new PageTexts());
        Assert.Equal(["(TIME-WAIT),", "RST.", "「LISTEN」。"], parts.Where(p => p.Code is not null).Select(p => p.Whole));
    }

    [Fact]
    public void Where_a_question_is_open_options_are_not_explained() =>
        Assert.Equal(
            "TIME-WAIT,EADDRINUSE,tcp_tw_reuse",
            Names(Components.Terms.Terms.In("SO_REUSEADDR, TIME-WAIT, IPV6_V6ONLY, EADDRINUSE, tcp_tw_reuse", new PageTexts(), options: false))
        );

    [Fact]
    public void Every_error_option_state_flag_and_sysctl_that_a_lesson_names_is_explained_in_every_language()
    {
        string[] names =
        [
            .. Directory
                .EnumerateFiles(Lessons.Folder, "*.yaml")
                .SelectMany(f => Name().Matches(Source().Replace(File.ReadAllText(f), "")).Select(m => m.Value))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        Assert.Contains("EADDRINUSE", names);
        Assert.Contains("IPV6_V6ONLY", names);
        foreach (string language in TextCatalog.Languages)
            Assert.Equal([], names.Where(n => Components.Terms.Terms.CodeOf(n, new PageTexts(TextCatalog.For(language))) is null));
    }

    private static string Names(IReadOnlyList<TextPart> parts) => string.Join(',', parts.Where(p => p.Code is not null).Select(p => p.Text));

    /// <summary>Where to read more: functions and files of the kernel.</summary>
    [GeneratedRegex("source: (\"[^\"]*\"|[^,}\n]*)")]
    private static partial Regex Source();

    [GeneratedRegex(
        @"(?<![A-Za-z0-9_/.-])(E[A-Z]{4,}|(SO|TCP|IP|IPV6)_[A-Z0-9_]+|(tcp|ip)_[a-z0-9_]+|SYN|ACK|FIN|RST|PSH|URG|LISTEN|SYN-SENT|SYN-RECV|SYN-RECEIVED|ESTAB|ESTABLISHED|FIN-WAIT-[12]|CLOSE-WAIT|CLOSING|LAST-ACK|TIME-WAIT)(?![A-Za-z0-9_-])"
    )]
    private static partial Regex Name();
}
