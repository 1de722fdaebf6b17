using System.Reflection;
using ReuseAddrDashboard.Core.Matrix;

namespace ReuseAddrDashboard.Server.Kernels;

/// <summary>The matrices that come with the dashboard, one a file of this directory, made by tools/kernels/run.sh.</summary>
internal sealed class KernelShelf
{
    private const string Prefix = "Kernels.";

    private readonly Lazy<IReadOnlyDictionary<string, MatrixFile>> _files = new(Load);

    /// <summary>What there is, the oldest kernel first.</summary>
    public IReadOnlyList<KernelEntry> All =>
        [
            .. _files
                .Value.OrderBy(f => Core.Rule.KernelVersion.Parse(f.Value.Host.Kernel))
                .Select(f => new KernelEntry
                {
                    Id = f.Key,
                    Kernel = f.Value.Host.Kernel,
                    Os = f.Value.Host.Os,
                    At = f.Value.At,
                    Cells = f.Value.Results.Count,
                    Command = $"tools/kernels/run.sh {f.Key[(f.Key.LastIndexOf('-') + 1)..]}",
                }),
        ];

    /// <summary>A matrix by its id; null for none.</summary>
    public MatrixFile? Find(string id) => _files.Value.GetValueOrDefault(id);

    private static Dictionary<string, MatrixFile> Load()
    {
        Assembly assembly = Assembly.GetExecutingAssembly();
        return assembly
            .GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(
                n => n[Prefix.Length..],
                n =>
                {
                    using Stream resource = assembly.GetManifestResourceStream(n)!;
                    byte[] json = new byte[resource.Length];
                    resource.ReadExactly(json);
                    return MatrixFile.Read(json, out _) ?? throw new InvalidDataException($"The matrix {n} cannot be read.");
                }
            );
    }
}
