using System.Collections;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// A list that never changes: adding makes another one, at the same cost however long it is. Lists that grew out of one another share an array: whoever adds to
/// the longest of them
/// writes behind its end, where no other looks; one that goes on from an earlier place begins an array of its own there.
/// </summary>
internal sealed class AppendList<T> : IReadOnlyList<T>
{
    public static readonly AppendList<T> Empty = new(new Shared(), 0, null, 0);

    private sealed class Shared
    {
        public T[] Items = [];
        public int Used;

        public void Add(T item)
        {
            if (Used == Items.Length)
                Array.Resize(ref Items, Math.Max(4, Used * 2));
            Items[Used++] = item;
        }
    }

    private readonly Shared _first;
    private readonly Shared? _own;
    private readonly int _begin;

    private AppendList(Shared first, int begin, Shared? own, int count) => (_first, _begin, _own, Count) = (first, begin, own, count);

    public int Count { get; }

    public T this[int index] =>
        (uint)index >= (uint)Count ? throw new ArgumentOutOfRangeException(nameof(index))
        : index < _begin ? _first.Items[index]
        : _own!.Items[index - _begin];

    public AppendList<T> Add(T item)
    {
        if (_own is null)
        {
            Shared to = ReferenceEquals(this, Empty) ? new() : _first;
            if (to.Used == Count)
            {
                to.Add(item);
                return new(to, Count + 1, null, Count + 1);
            }
        }
        Shared own = _own ?? new();
        if (own.Used != Count - _begin)
        {
            own = new();
            for (int i = _begin; i < Count; i++)
                own.Add(this[i]);
        }
        own.Add(item);
        return new(_first, _begin, own, Count + 1);
    }

    /// <summary>True for a list of the same length that has the same array: its items are the same.</summary>
    public bool SharesWith(AppendList<T> other) =>
        Count == other.Count && ReferenceEquals(_first, other._first) && ReferenceEquals(_own, other._own) && _begin == other._begin;

    /// <summary>The items from a place on, without going through those before.</summary>
    public IEnumerable<T> From(int place)
    {
        for (int i = place; i < Count; i++)
            yield return i < _begin ? _first.Items[i] : _own!.Items[i - _begin];
    }

    public IEnumerator<T> GetEnumerator() => From(0).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
