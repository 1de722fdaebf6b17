using System.Globalization;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>
/// The rule against what other kernels answered over whole histories of a port: <c>Kernels/RELEASE.txt</c>, made by <c>Kernels/histories.c</c>, which says how.
/// </summary>
public sealed class BindRuleOnOtherKernelsTests
{
    private static readonly string[] Places = ["0.0.0.0", "127.0.0.1", "127.0.0.2", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:0.0.0.0]"];

    public static TheoryData<string> Kernels => [.. Directory.EnumerateFiles(Folder, "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Rule", "Kernels");

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Says_what_that_kernel_said(string kernel)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, kernel + ".txt"));
        string release = lines[0][2..];
        BucketMemory memory = BindBucket.Memory(release);
        List<string> differences = [];
        int asked = 0,
            remembered = 0;
        PortModel? port = null;
        foreach (string line in lines)
        {
            string[] words = line.Split(' ');
            if (words[0] == "H")
            {
                port = new(11111, memory);
            }
            else if (port is null || words[0] == "#")
            {
                continue;
            }
            else if (words[0] is "b" or "l")
            {
                asked++;
                bool rule =
                    words[0] == "l"
                        ? port.Listen(Number(words[1]))
                        : port.Bind(At(words[2]), words[3] == "1", words[4] == "1", words[5] == "1", (uint)Number(words[6]));
                remembered += port.Verdict!.Remembered.Count > 0 ? 1 : 0;
                BindOutcome answer = words[^1] == "0" ? BindOutcome.Ok : BindOutcome.InUse;
                if (rule != (answer == BindOutcome.Ok))
                {
                    // What went on after an answer that a known fault gave is another history.
                    if (KernelQuirks.Find(release, port.Asked!, port.Verdict, answer) is null)
                    {
                        differences.Add(
                            $"call {asked}, {line}: rule {port.Verdict.Outcome} ({string.Join(", ", port.Verdict.Obstacles.Select(o => $"{o.Socket.State} {o.Socket.Local}"))})"
                        );
                    }

                    port = null;
                }
            }
            else if (words[0] == "x")
            {
                port.CloseOrLeave(Number(words[1]));
            }
            else if (words[0] == "c")
            {
                port.Accept(Number(words[1]), At(words[3]));
            }
            else
            {
                port.Set(Number(words[1]), words[0] == "a", words[2] == "1");
            }
        }
        Assert.True(differences.Count == 0, $"{differences.Count} differences of {asked}:\n{string.Join('\n', differences.Take(20))}");
        Assert.True(asked > 1000 && remembered > 0, $"{asked} asked, {remembered} remembered");
    }

    private static TcpEndpoint At(string place) =>
        TcpEndpoint.TryParse($"{Places[Number(place)]}:11111", out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(place);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
