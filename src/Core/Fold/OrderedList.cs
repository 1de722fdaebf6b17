using System.Collections;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// A list in a fixed order that never changes: adding or removing makes another one, which shares all but a few hundred items with it. So what a fold has made
/// of a long log is carried on
/// at a cost that does not grow with the log.
/// </summary>
internal sealed class OrderedList<T> : IReadOnlyList<T>
    where T : class
{
    private const int Most = 256;

    private readonly IComparer<T> _order;
    private readonly T[][] _chunks;
    private readonly int[] _starts;

    private OrderedList(IComparer<T> order, T[][] chunks)
    {
        (_order, _chunks) = (order, chunks);
        _starts = new int[chunks.Length];
        for (int i = 0; i < chunks.Length; i++)
        {
            _starts[i] = Count;
            Count += chunks[i].Length;
        }
    }

    public int Count { get; }

    public T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(index));
            int chunk = Array.BinarySearch(_starts, index);
            chunk = chunk < 0 ? ~chunk - 1 : chunk;
            return _chunks[chunk][index - _starts[chunk]];
        }
    }

    public static OrderedList<T> Empty(IComparer<T> order) => new(order, []);

    /// <summary>Without some of its items and with others.</summary>
    /// <param name="removed">Items of this list, the very objects.</param>
    /// <param name="added">Items to take in, each to its place.</param>
    public OrderedList<T> With(IReadOnlyCollection<T> removed, IReadOnlyCollection<T> added)
    {
        if (removed.Count == 0 && added.Count == 0)
            return this;
        if (removed.Count + added.Count > Most || removed.Count + added.Count > Count)
            return Anew(removed, added);
        var chunks = new List<T[]>(_chunks);
        foreach (T item in removed)
            Remove(chunks, item);
        foreach (T item in added)
            Add(chunks, item);
        return new(_order, [.. chunks]);
    }

    public IEnumerator<T> GetEnumerator()
    {
        foreach (T[] chunk in _chunks)
        {
            foreach (T item in chunk)
                yield return item;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private OrderedList<T> Anew(IReadOnlyCollection<T> removed, IReadOnlyCollection<T> added)
    {
        var gone = new HashSet<T>(removed, ReferenceEqualityComparer.Instance);
        T[] all = [.. this.Where(item => !gone.Contains(item)), .. added];
        return new(_order, [.. all.Order(_order).Chunk(Most / 2)]);
    }

    private void Add(List<T[]> chunks, T item)
    {
        // The last chunk that begins no later: of equals the one added last comes last.
        int at = FirstAfter(chunks, item) - 1;
        if (at < 0)
        {
            if (chunks.Count == 0)
            {
                chunks.Add([item]);
                return;
            }
            at = 0;
        }
        T[] chunk = chunks[at];
        int place = chunk.Length;
        while (place > 0 && _order.Compare(chunk[place - 1], item) > 0)
            place--;
        T[] longer = [.. chunk.AsSpan(0, place), item, .. chunk.AsSpan(place)];
        if (longer.Length <= Most)
        {
            chunks[at] = longer;
            return;
        }
        // What grows at its end leaves full chunks behind.
        int cut = at == chunks.Count - 1 && place == chunk.Length ? Most : Most / 2;
        chunks[at] = longer[..cut];
        chunks.Insert(at + 1, longer[cut..]);
    }

    private void Remove(List<T[]> chunks, T item)
    {
        for (int at = FirstAfter(chunks, item) - 1; at >= 0; at--)
        {
            int place = Array.FindIndex(chunks[at], other => ReferenceEquals(other, item));
            if (place < 0)
                continue;
            T[] shorter = [.. chunks[at].AsSpan(0, place), .. chunks[at].AsSpan(place + 1)];
            if (shorter.Length == 0)
                chunks.RemoveAt(at);
            else
                chunks[at] = shorter;
            return;
        }
        throw new InvalidOperationException("What is removed is not in the list.");
    }

    private int FirstAfter(List<T[]> chunks, T item)
    {
        int low = 0,
            high = chunks.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_order.Compare(chunks[middle][0], item) <= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
