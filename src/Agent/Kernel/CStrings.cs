using System.Runtime.InteropServices;
using System.Text;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>A C array of C strings, ended by a null pointer.</summary>
internal sealed unsafe class CStrings : IDisposable
{
    private readonly byte** _array;
    private readonly int _count;

    public CStrings(IReadOnlyList<string> texts)
    {
        _count = texts.Count;
        _array = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < _count; i++)
        {
            byte[] octets = Encoding.UTF8.GetBytes(texts[i]);
            _array[i] = (byte*)NativeMemory.AllocZeroed((nuint)octets.Length + 1);
            octets.CopyTo(new Span<byte>(_array[i], octets.Length));
        }
    }

    public byte** Pointer => _array;

    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
            NativeMemory.Free(_array[i]);
        NativeMemory.Free(_array);
    }
}
