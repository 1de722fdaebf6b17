using System.Globalization;
using ReuseAddrDashboard.Benchmarks.Report;

namespace ReuseAddrDashboard.Benchmarks.Fuzzing;

/// <summary>Gives every reader of outside octets mutated inputs: none may throw, and none may read outside of its input.</summary>
internal static class Fuzz
{
    /// <summary>Inputs, all readers together.</summary>
    public const int Usual = 12_000_000;

    private const int MaxInput = 4096;

    public static int Run(int inputs = Usual, int? seed = null, IReadOnlyList<FuzzTarget>? targets = null)
    {
        int first = seed ?? Random.Shared.Next();
        Console.WriteLine($"Seed {first.ToString(CultureInfo.InvariantCulture)}\n");
        using GuardedPage page = new(MaxInput);
        byte[] input = new byte[MaxInput];
        Table table = new("reader", "inputs", "taken", "refused", "exceptions");
        long all = 0,
            thrown = 0;
        foreach (FuzzTarget target in targets ?? FuzzTarget.All)
        {
            Mutator mutator = new(first);
            long taken = 0,
                refused = 0,
                exceptions = 0;
            for (long i = 0; i < (long)inputs * target.Share / 100; i++)
            {
                ReadOnlySpan<byte> mutated = input.AsSpan(0, mutator.Next(target.Samples, input));
                try
                {
                    if (target.Accepts(i % 8 == 0 ? page.AtBegin(mutated) : page.AtEnd(mutated)))
                        taken++;
                    else
                        refused++;
                }
                catch (Exception e)
                {
                    if (exceptions++ == 0)
                        Console.Error.WriteLine($"{target.Name}: {Convert.ToHexStringLower(mutated)}\n{e}");
                }
            }
            if (taken == 0 || refused == 0)
                throw new InvalidOperationException($"{target.Name}: {taken} taken, {refused} refused: the samples or the mutations are no good.");
            table.Add(target.Name, taken + refused + exceptions, taken, refused, exceptions);
            (all, thrown) = (all + taken + refused + exceptions, thrown + exceptions);
        }
        table.Add("all", all, "", "", thrown);
        table.Print();
        return thrown == 0 ? 0 : 1;
    }
}
